mod lists;
mod opportunity;
