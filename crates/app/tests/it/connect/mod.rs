mod dovecot;
mod mailbox;
