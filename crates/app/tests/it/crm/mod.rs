mod import;
mod lists;
mod opportunity;
mod people_and_companies;
