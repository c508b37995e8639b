"""Files and tailing: bytes and offsets only; it knows nothing of log formats, Sentry or SQLite.

From outside: `opening.open_log` (one file), `tailer.Tailer` (all files of all sources), `watch.watch` (when to look).

    watch     something changed in a directory          (the one module that imports watchfiles)
    discover  which files a source means, and their rotated relatives
    rotation  what names say about rotation             (pure)
    identify  known, renamed, truncated, copied or new  (pure)
    evidence  the same by comparing bytes
    opening   a log as readable bytes, plain or gzip
    probe     a first look into files that nobody follows
    follow    one file: chunks out, offset kept
    followed  a follower and what the rescans see of its file
    past      checkpoints of files that are not there
    agenda    whose turn it is
    books     which checkpoints are to be stored
    roster    the files of one source
    tailer    all sources, in fair turns
"""
