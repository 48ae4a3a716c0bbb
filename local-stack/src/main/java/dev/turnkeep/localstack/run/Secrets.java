package dev.turnkeep.localstack.run;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Properties;

/**
 * What the local system must remember besides its data: the operator's key, the master key, and the development key. One
 * file that only its owner may read; each change is on disk before it is used.
 */
final class Secrets {

    private static final String ADMIN_KEY = "admin_key";
    private static final String MASTER_KEY = "master_key";
    private static final String ORG = "org_id";
    private static final String API_KEY = "api_key";
    private static final String SAMPLE = "sample_session";
    private static final int MASTER_KEY_BYTES = 32;
    private static final int ADMIN_KEY_BYTES = 24;

    private final Path file;
    private final Properties values;

    private Secrets(Path file, Properties values) {
        this.file = file;
        this.values = values;
    }

    /** Makes what is missing: lost keys are not brought back, a new master key cannot read what the old one sealed. */
    static Secrets open(Path file) throws IOException {
        Properties values = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                values.load(reader);
            }
        }
        Secrets secrets = new Secrets(file, values);
        if (!values.containsKey(ADMIN_KEY) || !values.containsKey(MASTER_KEY)) {
            SecureRandom random = new SecureRandom();
            values.putIfAbsent(ADMIN_KEY, "tk_admin_" + HexFormat.of().formatHex(bytes(random, ADMIN_KEY_BYTES)));
            values.putIfAbsent(MASTER_KEY, Base64.getEncoder().encodeToString(bytes(random, MASTER_KEY_BYTES)));
            secrets.save();
        }
        return secrets;
    }

    String adminKey() {
        return values.getProperty(ADMIN_KEY);
    }

    /** Base64 of 32 bytes. */
    String masterKey() {
        return values.getProperty(MASTER_KEY);
    }

    /** The organisation that the development key belongs to. */
    Optional<String> org() {
        return Optional.ofNullable(values.getProperty(ORG));
    }

    Optional<String> apiKey() {
        return Optional.ofNullable(values.getProperty(API_KEY));
    }

    void keepOrg(String org) throws IOException {
        values.setProperty(ORG, org);
        save();
    }

    void keepApiKey(String key) throws IOException {
        values.setProperty(API_KEY, key);
        save();
    }

    /** The harness's session id of the sample conversation that was last posted. */
    Optional<String> sample() {
        return Optional.ofNullable(values.getProperty(SAMPLE));
    }

    void keepSample(String harnessSession) throws IOException {
        values.setProperty(SAMPLE, harnessSession);
        save();
    }

    /** All of it is of no use once the database that knew them is gone. */
    void forgetDevelopmentKey() throws IOException {
        values.remove(ORG);
        values.remove(API_KEY);
        values.remove(SAMPLE);
        save();
    }

    private void save() throws IOException {
        StringBuilder text = new StringBuilder("# Made by `make run`. Keep it to yourself.\n");
        values.forEach(
                (name, value) -> text.append(name).append('=').append(value).append('\n'));
        PrivateFile.write(file, text.toString());
    }

    private static byte[] bytes(SecureRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
