"""Telling an organization's own programs what happened, after Standard Webhooks (https://www.standardwebhooks.com).

events      what is told: a row for each endpoint, in the transaction of what happened
places      where messages may go: no private addresses
sending     one message, signed, to one place
delivering  what waits, again and again until it has arrived
"""
