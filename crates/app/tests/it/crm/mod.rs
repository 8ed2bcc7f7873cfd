mod configuration;
mod currencies;
mod import;
mod lists;
mod managed_lists;
mod opportunity;
mod people_and_companies;
mod pipelines;
