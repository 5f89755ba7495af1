"""What routing did, does and would do to stored clicks: reach, overlap, dry run, effectiveness, traces. docs/routing-analysis.md.

clicks      which stored clicks a question is about
draft       a campaign's document, as far as these questions need it
reach       for how many clicks of the last days one rule holds
overlap     what each rule gets, in order; `findings` of it and `proofs` say what is wrong with a draft
dry_run     where clicks of a span would have gone under a draft
expected    what they would have earned there, from recorded propensities
effectiveness   what each rule and destination got and earned
traced      why one stored click went where it went
"""
