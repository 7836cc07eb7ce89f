"""How does a program become a better one? `pipeline.py` lists the passes in order, with what each is for."""
