"""BENCH: figures of a real stack. `python -m bench` runs all, `python -m bench latency` one.

Each script is one question. It starts `mserve up` in a temporary folder, asks over HTTP as a client
does, and writes a Markdown page and a JSON file into bench/results/.
"""
