"""The studio's keywords: listed with their counts, renamed, merged, deleted, given other names.

- paths      what a keyword is, and what becomes of a photo's keywords
- listing    all of them, in the order of their tree
- rewrite    acts on the photos that have them
- keep       what is said of a keyword itself
- meant      other names, when rules ask for them
"""
