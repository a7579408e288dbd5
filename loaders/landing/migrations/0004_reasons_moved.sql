-- What the comments name has moved since.

comment on column raw.rejected_records.reason is
'Reason code (REASONS in loaders/records/validation.py).';
comment on column raw.open_rejects.reason is
'Reason code (REASONS in loaders/records/validation.py).';
