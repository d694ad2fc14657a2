package io.siterecovery.sandbox.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RelayTest {

    private static final int SHORT_MILLIS = 300;
    private static final int LONG_MILLIS = 20_000;

    private ServerSocket echo;
    private Relay relay;

    @BeforeEach
    void start() throws IOException {
        echo = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::answer);
        relay = Relay.to(echo.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        relay.close();
        echo.close();
    }

    @Test
    void while_it_hangs_it_accepts_and_carries_nothing() throws IOException {
        relay.hang(true);
        try (Socket client = connect(SHORT_MILLIS)) {
            client.getOutputStream().write('a');
            hearsNothing(client);
            relay.hang(false);
            hears(client, 'a');
        }
    }

    @Test
    void while_packets_are_dropped_nobody_connects_and_who_is_connected_hears_nothing()
            throws IOException {
        try (Socket before = connect(LONG_MILLIS)) {
            before.getOutputStream().write('a');
            hears(before, 'a');
            relay.dropPackets(true);
            before.getOutputStream().write('b');
            hearsNothing(before);
            assertThatThrownBy(() -> connect(SHORT_MILLIS))
                    .isInstanceOf(SocketTimeoutException.class);
            relay.dropPackets(false);
            hears(before, 'b');
            try (Socket after = connect(LONG_MILLIS)) {
                after.getOutputStream().write('c');
                hears(after, 'c');
            }
        }
    }

    private Socket connect(int millis) throws IOException {
        Socket client = new Socket();
        client.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), relay.port()), millis);
        return client;
    }

    private static void hearsNothing(Socket client) throws IOException {
        client.setSoTimeout(SHORT_MILLIS);
        assertThatThrownBy(() -> client.getInputStream().read())
                .isInstanceOf(SocketTimeoutException.class);
    }

    private static void hears(Socket client, int expected) throws IOException {
        client.setSoTimeout(LONG_MILLIS);
        assertThat(client.getInputStream().read()).isEqualTo(expected);
    }

    private void answer() {
        try {
            while (true) {
                Socket one = echo.accept();
                Thread.ofVirtual().start(() -> answer(one));
            }
        } catch (IOException closed) {
            assertThat(echo.isClosed()).isTrue();
        }
    }

    private static void answer(Socket one) {
        try (one) {
            one.getInputStream().transferTo(one.getOutputStream());
        } catch (IOException closed) {
            assertThat(one.isClosed()).isTrue();
        }
    }
}
