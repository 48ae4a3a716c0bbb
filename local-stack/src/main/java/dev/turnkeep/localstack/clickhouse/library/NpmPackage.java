package dev.turnkeep.localstack.clickhouse.library;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * A package of the npm registry, fetched by npm itself, so that the user's registry and proxy settings hold.
 *
 * @param sha512 of its archive, in base64, as npm's own lock files give it
 */
record NpmPackage(String name, String version, String sha512) {

    private static final long PATIENCE_MINUTES = 15;
    private static final int BUFFER = 1024 * 1024;

    /** The archive, in the folder. npm's own cache goes in there, too: it would keep a second copy for ever. */
    Path fetch(Path folder) throws IOException {
        Path output = folder.resolve("npm.log");
        Process npm = new ProcessBuilder(List.of(
                        "npm",
                        "pack",
                        "--loglevel=error",
                        "--cache",
                        folder.resolve("npm-cache").toString(),
                        name + "@" + version))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            npm.getOutputStream().close();
            if (!npm.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES))
                throw new IOException("npm pack did not end within " + PATIENCE_MINUTES + " minutes");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while npm fetched " + name, e);
        } finally {
            npm.descendants().forEach(ProcessHandle::destroyForcibly);
            npm.destroyForcibly();
        }
        if (npm.exitValue() != 0)
            throw new IOException("npm pack " + name + "@" + version + " failed: "
                    + Files.readString(output, StandardCharsets.UTF_8).strip());
        try (var archives = Files.newDirectoryStream(folder, "*.tgz")) {
            for (Path archive : archives) return archive;
        }
        throw new IOException("npm pack left no archive");
    }

    /** @throws IOException when the archive is not the one that this version of Turnkeep was tried with */
    void verify(Path archive) throws IOException {
        MessageDigest digest = digest();
        byte[] buffer = new byte[BUFFER];
        try (InputStream content = Files.newInputStream(archive)) {
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer))
                digest.update(buffer, 0, read);
        }
        String found = Base64.getEncoder().encodeToString(digest.digest());
        if (!found.equals(sha512))
            throw new IOException(
                    "the archive of %s@%s has the sha512 %s instead of %s".formatted(name, version, found, sha512));
    }

    /** One file of the archive, written through to the disk. */
    Path unpack(Path archive, String entryName, Path target) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(
                new GZIPInputStream(new BufferedInputStream(Files.newInputStream(archive), BUFFER), BUFFER))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (!entry.getName().equals(entryName)) continue;
                try (FileChannel file =
                                FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                        OutputStream output = Channels.newOutputStream(file)) {
                    tar.transferTo(output);
                    file.force(true);
                }
                return target;
            }
        }
        throw new IOException("no " + entryName + " in " + archive.getFileName());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }
}
