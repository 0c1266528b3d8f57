package dev.levee.tidy;

/// Something that breaks a rule of the house, and where.
///
/// @param file relative to the checkout
/// @param line counted from 1
/// @param message what is wrong
record Finding(String file, int line, String message) {
    @Override
    public String toString() {
        return file + ":" + line + ": " + message;
    }
}
