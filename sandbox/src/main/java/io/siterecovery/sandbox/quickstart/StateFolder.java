package io.siterecovery.sandbox.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that holds everything one quickstart writes. It belongs to one run at a time and is
 * emptied when a run begins; a folder that no quickstart made is never emptied.
 */
final class StateFolder implements AutoCloseable {

    private static final String LOCK = "quickstart.lock";

    private final Path folder;
    private final FileChannel lockFile;

    private StateFolder(Path folder, FileChannel lockFile) {
        this.folder = folder;
        this.lockFile = lockFile;
    }

    /**
     * @throws QuickstartFailure if another run has it, or something else's files are in it
     */
    static StateFolder take(Path requested) {
        Path folder = requested.toAbsolutePath().normalize();
        try {
            if (Files.exists(folder) && !Files.exists(folder.resolve(LOCK)) && !isEmpty(folder)) {
                throw new QuickstartFailure(
                        "%s holds files that are not of a quickstart: name another folder with --state"
                                .formatted(folder));
            }
            Files.createDirectories(folder);
            // Kubeconfigs and passwords will be in there.
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            FileChannel lockFile =
                    FileChannel.open(
                            folder.resolve(LOCK),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            @Nullable FileLock lock = lockFile.tryLock();
            if (lock == null) {
                lockFile.close();
                throw new QuickstartFailure(
                        "another quickstart runs in %s: stop it, or name another folder with --state"
                                .formatted(folder));
            }
            StateFolder state = new StateFolder(folder, lockFile);
            state.empty();
            return state;
        } catch (IOException e) {
            throw new QuickstartFailure("cannot use %s: %s".formatted(folder, e), e);
        }
    }

    Path resolve(String name) {
        return folder.resolve(name);
    }

    /** The same, as short as it can be typed where the user stands. */
    Path shown(String name) {
        Path file = folder.resolve(name);
        Path here = Path.of("").toAbsolutePath();
        return file.startsWith(here) ? here.relativize(file) : file;
    }

    Path subfolder(String name) {
        try {
            return Files.createDirectories(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path write(String name, String text) {
        Path file = folder.resolve(name);
        try {
            Files.createDirectories(file.resolveSibling(""));
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives the folder free; what is in it stays, for whoever wants to read it. */
    @Override
    public void close() throws IOException {
        lockFile.close();
    }

    private void empty() throws IOException {
        List<Path> paths;
        try (Stream<Path> all = Files.walk(folder)) {
            paths = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            if (!path.equals(folder) && !path.equals(folder.resolve(LOCK))) {
                Files.delete(path);
            }
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }
}
