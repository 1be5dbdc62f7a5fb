"""One package for each API that Muster speaks, all with the same file names.

Each is translation and nothing more: decode, ask the core, encode. They know neither each other nor the store, and
decide wire things only; what is allowed and what happens is decided in `core`.
"""
