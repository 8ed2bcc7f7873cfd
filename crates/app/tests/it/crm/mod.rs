mod import;
mod lists;
mod opportunity;
