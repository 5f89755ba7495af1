"""Currencies in use, by their code of ISO 4217 (as of November 2026), and the field that holds one."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

_TABLE = """
AED United Arab Emirates dirham · AFN Afghan afghani · ALL Albanian lek · AMD Armenian dram · AOA Angolan kwanza
ARS Argentine peso · AUD Australian dollar · AWG Aruban florin · AZN Azerbaijani manat
BAM Bosnia and Herzegovina convertible mark · BBD Barbadian dollar · BDT Bangladeshi taka · BHD Bahraini dinar
BIF Burundian franc · BMD Bermudian dollar · BND Brunei dollar · BOB Bolivian boliviano · BRL Brazilian real
BSD Bahamian dollar · BTN Bhutanese ngultrum · BWP Botswanan pula · BYN Belarusian ruble · BZD Belize dollar
CAD Canadian dollar · CDF Congolese franc · CHF Swiss franc · CLP Chilean peso · CNY Chinese yuan renminbi
COP Colombian peso · CRC Costa Rican colón · CUP Cuban peso · CVE Cape Verdean escudo · CZK Czech koruna
DJF Djiboutian franc · DKK Danish krone · DOP Dominican peso · DZD Algerian dinar · EGP Egyptian pound
ERN Eritrean nakfa · ETB Ethiopian birr · EUR Euro · FJD Fijian dollar · FKP Falkland Islands pound
GBP Pound sterling · GEL Georgian lari · GHS Ghanaian cedi · GIP Gibraltar pound · GMD Gambian dalasi
GNF Guinean franc · GTQ Guatemalan quetzal · GYD Guyanaese dollar · HKD Hong Kong dollar · HNL Honduran lempira
HTG Haitian gourde · HUF Hungarian forint · IDR Indonesian rupiah · ILS Israeli new shekel · INR Indian rupee
IQD Iraqi dinar · IRR Iranian rial · ISK Icelandic króna · JMD Jamaican dollar · JOD Jordanian dinar
JPY Japanese yen · KES Kenyan shilling · KGS Kyrgyzstani som · KHR Cambodian riel · KMF Comorian franc
KPW North Korean won · KRW South Korean won · KWD Kuwaiti dinar · KYD Cayman Islands dollar · KZT Kazakhstani tenge
LAK Laotian kip · LBP Lebanese pound · LKR Sri Lankan rupee · LRD Liberian dollar · LSL Lesotho loti
LYD Libyan dinar · MAD Moroccan dirham · MDL Moldovan leu · MGA Malagasy ariary · MKD Macedonian denar
MMK Myanmar kyat · MNT Mongolian tugrik · MOP Macanese pataca · MRU Mauritanian ouguiya · MUR Mauritian rupee
MVR Maldivian rufiyaa · MWK Malawian kwacha · MXN Mexican peso · MYR Malaysian ringgit · MZN Mozambican metical
NAD Namibian dollar · NGN Nigerian naira · NIO Nicaraguan córdoba · NOK Norwegian krone · NPR Nepalese rupee
NZD New Zealand dollar · OMR Omani rial · PAB Panamanian balboa · PEN Peruvian sol · PGK Papua New Guinean kina
PHP Philippine peso · PKR Pakistani rupee · PLN Polish zloty · PYG Paraguayan guarani · QAR Qatari riyal
RON Romanian leu · RSD Serbian dinar · RUB Russian ruble · RWF Rwandan franc · SAR Saudi riyal
SBD Solomon Islands dollar · SCR Seychellois rupee · SDG Sudanese pound · SEK Swedish krona · SGD Singapore dollar
SHP Saint Helena pound · SLE Sierra Leonean leone · SOS Somali shilling · SRD Surinamese dollar
SSP South Sudanese pound · STN São Tomé and Príncipe dobra · SYP Syrian pound · SZL Swazi lilangeni · THB Thai baht
TJS Tajikistani somoni · TMT Turkmenistani manat · TND Tunisian dinar · TOP Tongan paʻanga · TRY Turkish lira
TTD Trinidad and Tobago dollar · TWD New Taiwan dollar · TZS Tanzanian shilling · UAH Ukrainian hryvnia
UGX Ugandan shilling · USD US dollar · UYU Uruguayan peso · UZS Uzbekistani som · VES Venezuelan bolívar
VND Vietnamese dong · VUV Vanuatu vatu · WST Samoan tala · XAF Central African CFA franc · XCD East Caribbean dollar
XCG Caribbean guilder · XOF West African CFA franc · XPF CFP Franc · YER Yemeni rial · ZAR South African rand
ZMW Zambian kwacha · ZWG Zimbabwe gold
"""
CURRENCIES: dict[str, str] = {entry[:3]: entry[4:] for row in _TABLE.strip().splitlines() for entry in row.split(" · ")}


class CurrencyField(models.CharField[str, str]):
    """A code of CURRENCIES. Migrations leave the choices out: the list changes with the world, the column does not."""

    def __init__(self, **options: Any) -> None:
        given = {"max_length": 3, "default": "EUR", **options}
        super().__init__(**given, choices=[(code, f"{code} · {name}") for code, name in CURRENCIES.items()])

    def deconstruct(self) -> Any:
        name, path, arguments, options = super().deconstruct()
        return name, path, arguments, {key: value for key, value in options.items() if key != "choices"}


def refuse_another_currency(currency: str, booked: models.QuerySet[Any]) -> None:
    """Raises ValidationError when money is booked in another. `booked` is the organization, or nothing while it has no money."""
    kept = booked.values_list("currency", flat=True).first()
    if kept and kept != currency:
        message = f"Money is booked in {kept}, so the currency cannot change any more."
        raise ValidationError({"currency": ValidationError(message, code="money_booked")})
