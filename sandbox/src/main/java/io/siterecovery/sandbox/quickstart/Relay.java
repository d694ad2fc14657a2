package io.siterecovery.sandbox.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Carries connections to a port of this machine, on a port of its own. It can hang: then it still
 * accepts, and passes nothing on in either direction until it goes on. Or it drops packets: then
 * nobody can connect either, as to a site behind a cut cable.
 */
final class Relay implements AutoCloseable {

    private static final int CHUNK = 16 << 10;
    private static final int BACKLOG = 50;

    /** On one machine a connection takes less than that, unless it is not to be had. */
    private static final int FULL_AFTER_MILLIS = 200;

    private final ServerSocket listener;
    private final InetSocketAddress to;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Socket> waiting = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition goesOn = lock.newCondition();
    private boolean hangs;
    private boolean drops;
    private boolean acceptsNobody;
    private volatile boolean closed;

    private Relay(ServerSocket listener, InetSocketAddress to) {
        this.listener = listener;
        this.to = to;
    }

    static Relay to(int port) {
        InetAddress here = InetAddress.getLoopbackAddress();
        try {
            Relay relay =
                    new Relay(
                            new ServerSocket(0, BACKLOG, here), new InetSocketAddress(here, port));
            Thread.ofVirtual().name("relay").start(relay::accept);
            return relay;
        } catch (IOException e) {
            throw new QuickstartFailure("no port for a relay: " + e.getMessage(), e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    void hang(boolean on) {
        lock.lock();
        try {
            hangs = on;
            goesOn.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void dropPackets(boolean on) {
        lock.lock();
        try {
            drops = on;
        } finally {
            lock.unlock();
        }
        hang(on);
        if (on) {
            fill();
        } else {
            waiting.forEach(this::drop);
            waiting.clear();
        }
    }

    /** Linux drops whoever wants to connect while so many wait to be accepted. */
    private void fill() {
        try {
            connects();
            awaitThatNobodyAccepts();
            for (int i = 0; i < 2 * BACKLOG; i++) {
                if (!connects()) {
                    return;
                }
            }
        } catch (IOException | InterruptedException e) {
            throw new QuickstartFailure("cannot fill up a relay: " + e.getMessage(), e);
        }
        throw new QuickstartFailure("this system lets connect whoever nobody accepts");
    }

    private boolean connects() throws IOException {
        Socket one = new Socket();
        waiting.add(one);
        try {
            one.connect(listener.getLocalSocketAddress(), FULL_AFTER_MILLIS);
            return true;
        } catch (SocketTimeoutException full) {
            return false;
        }
    }

    /** Whoever was about to accept has done so: it would make room for one again. */
    private void awaitThatNobodyAccepts() throws InterruptedException {
        lock.lock();
        try {
            while (!acceptsNobody && !closed) {
                goesOn.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void accept() {
        try {
            while (!closed) {
                awaitPackets();
                Socket near = listener.accept();
                open.add(near);
                Thread.ofVirtual().name("relay").start(() -> connect(near));
            }
        } catch (IOException | InterruptedException ended) {
            close();
        }
    }

    private void connect(Socket near) {
        Socket far = new Socket();
        open.add(far);
        try {
            passable(() -> hangs);
            far.connect(to);
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            Thread.ofVirtual().name("relay").start(() -> carry(near, far));
            carry(far, near);
        } catch (IOException | InterruptedException refused) {
            drop(near);
            drop(far);
        }
    }

    private void carry(Socket from, Socket into) {
        byte[] chunk = new byte[CHUNK];
        try (from;
                into) {
            InputStream in = from.getInputStream();
            OutputStream out = into.getOutputStream();
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                passable(() -> hangs);
                out.write(chunk, 0, read);
            }
        } catch (IOException | InterruptedException ended) {
            // So does the other direction: both sockets are closed.
        } finally {
            open.remove(from);
            open.remove(into);
        }
    }

    private void awaitPackets() throws InterruptedException {
        lock.lock();
        try {
            acceptsNobody = drops;
            goesOn.signalAll();
            passable(() -> drops);
            acceptsNobody = false;
        } finally {
            lock.unlock();
        }
    }

    private void passable(BooleanSupplier not) throws InterruptedException {
        lock.lock();
        try {
            while (not.getAsBoolean() && !closed) {
                goesOn.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void drop(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no more use either way.
        }
    }

    @Override
    public void close() {
        closed = true;
        hang(false);
        try {
            listener.close();
        } catch (IOException e) {
            // Nobody can connect any more either way.
        }
        open.forEach(this::drop);
        waiting.forEach(this::drop);
    }
}
