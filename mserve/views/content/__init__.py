"""The parts of a content's answer: conditions, ranges, digests, disposition, front, pace, zip."""
