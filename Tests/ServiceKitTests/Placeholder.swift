// Filled by the owner of this folder.
