"""The commands of `mapsvc`, one file per subject; `mapsvc.cli` only joins them."""
