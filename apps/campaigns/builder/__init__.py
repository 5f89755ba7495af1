"""The rule builder's forms: parts of a definition as texts that people type, and back.

texts       numbers, moments and values as text
conditions  a condition: terms and groups within groups
parts       a rule, a destination, the fallback, parameters, settings
drawn       what the page shows of a condition: choices, labels, and what is wrong where
"""
