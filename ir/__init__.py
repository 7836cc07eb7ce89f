"""The language that all rooms speak: types, the two levels of IR, the op table, printers and verifiers."""
