"""Tiers: a photo is ingested (bronze), enriched and to be reviewed (silver), approved (gold).

Bronze and silver follow from the pipeline. Gold is a person's word; a copy of the file then says what the record says,
so that the library can be made again from its gold copies alone (see `uploads.rebuild`).
"""
