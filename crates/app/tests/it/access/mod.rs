mod endpoints;
mod letters;
mod mail;
mod second_factor;
mod sessions;
mod signin;
