mod callbacks;
mod files;
mod steering;
