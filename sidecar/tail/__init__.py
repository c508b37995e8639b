"""Files and tailing: bytes and offsets only; it knows nothing of log formats, Sentry or SQLite.

watch     something changed in a directory          (the one module that imports watchfiles)
discover  which files a source means, and their rotated relatives
rotation  what names say about rotation             (pure)
identify  known, renamed, truncated, copied or new  (pure)
opening   a log as readable bytes, plain or gzip
follow    one file: chunks out, offset kept
tailer    all files of all sources in fair turns
"""
