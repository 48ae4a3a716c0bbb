package dev.turnkeep.session.channel.log;

/**
 * What a look at a stream's producers has shown. Those of writers with a token only, guests, are counted apart: whoever may
 * read a page can make as many as it likes.
 *
 * @param forgotten how many were forgotten just now
 * @param guests how many of those left are guests
 */
record Producers(int forgotten, int guests) {
    /** Of streams that are far from their limits. */
    static final Producers FEW = new Producers(0, 0);
}
