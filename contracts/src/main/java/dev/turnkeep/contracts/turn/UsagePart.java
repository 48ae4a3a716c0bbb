package dev.turnkeep.contracts.turn;

import java.util.Optional;

/** What some turns have of their usage, and most have not: parts of the tokens, and what is counted beside them. */
public enum UsagePart {
    INPUT_AUDIO("input_audio_tokens"),
    /** Of the audio that was read, what came from the cache; told, and 0, where none of it did. */
    CACHE_READ_AUDIO("cache_read_audio_tokens"),
    /** Documents that are read as pictures of their pages are counted here. */
    INPUT_IMAGE("input_image_tokens"),
    CACHE_READ_IMAGE("cache_read_image_tokens"),
    INPUT_VIDEO("input_video_tokens"),
    OUTPUT_AUDIO("output_audio_tokens"),
    OUTPUT_IMAGE("output_image_tokens"),
    OUTPUT_VIDEO("output_video_tokens"),
    /** Searches of the web that the provider made. */
    WEB_SEARCHES("web_searches"),
    /** Searches of stored files that the provider made. */
    FILE_SEARCHES("file_searches"),
    /** Pictures that another model of the provider's made, and that are no tokens of this one. */
    IMAGE_GENERATIONS("image_generations");

    private final String key;

    UsagePart(String key) {
        this.key = key;
    }

    /** The name in records, in storage and in the API. */
    public String key() {
        return key;
    }

    /** Empty for a name that a newer writer may know. */
    public static Optional<UsagePart> named(String key) {
        for (UsagePart part : values()) {
            if (part.key.equals(key)) {
                return Optional.of(part);
            }
        }
        return Optional.empty();
    }
}
