/* The migrations, built into the program; store.c lists them in order. */
    .section .rodata
.macro migration number file
    .global migration_\number
migration_\number:
    .incbin "\file"
    .byte 0
.endm
    migration 0001 "gateway/store/migrations/0001_start.sql"
    migration 0002 "gateway/store/migrations/0002_reports.sql"
    migration 0003 "gateway/store/migrations/0003_dialogues.sql"
    migration 0004 "gateway/store/migrations/0004_broadcasts.sql"
    migration 0005 "gateway/store/migrations/0005_donors.sql"
    migration 0006 "gateway/store/migrations/0006_allotted.sql"
    .section .note.GNU-stack,"",%progbits
