import io.trino.server.Server;

/** Starts the server, as the class of this name in trino-server-main does. */
public final class Trino {
    public static void main(String[] args) {
        new Server().start(args[0]);
    }
}
