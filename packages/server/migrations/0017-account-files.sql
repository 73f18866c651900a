-- Files of accounts, and of what happened there, are taken in too. Owner: imports.
alter table import
  drop constraint import_kind_check,
  add constraint import_kind_check check (kind in ('people', 'accounts', 'activities', 'account-activities'));
