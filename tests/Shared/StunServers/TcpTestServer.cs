using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace IceSharp.TestServers;

/// <summary>A TCP or TLS server on loopback; the test says what each connection does.</summary>
internal sealed class TcpTestServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Func<Connection, Task> _serve;
    private readonly X509Certificate2? _certificate;
    private readonly bool _asksForCertificate;
    private readonly TlsCipherSuite? _onlySuite;
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly Task _running;
    private int _connections;
    private int _secured;

    public TcpTestServer(Func<Connection, Task> serve, X509Certificate2? certificate = null, bool asksForCertificate = false, TlsCipherSuite? onlySuite = null)
    {
        _serve = serve;
        _certificate = certificate;
        _asksForCertificate = asksForCertificate;
        _onlySuite = onlySuite;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _running = RunAsync();
    }

    public IPEndPoint EndPoint { get; }

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Connections on which a byte of the application arrived after the handshake.</summary>
    public int Secured => Volatile.Read(ref _secured);

    public static async Task AnswerAllAsync(Connection connection)
    {
        while (await connection.ReadAsync() is { } request)
        {
            await connection.WriteAsync(StunReplies.Success(request, connection.Client));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _running;
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }

        await Task.WhenAll(_serving).WaitAsync(TimeSpan.FromSeconds(20));
    }

    private async Task RunAsync()
    {
        while (true)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync();
                _sockets.Add(socket);
                Interlocked.Increment(ref _connections);
                _serving.Add(Task.Run(() => ServeAsync(socket)));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            EndPoint client = socket.RemoteEndPoint!;
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            X509Certificate? shown = null;
            if (_certificate is not null)
            {
                var tls = new SslStream(stream, leaveInnerStreamOpen: false, (_, certificate, _, _) =>
                {
                    shown = certificate;
                    return certificate is null || _asksForCertificate;
                });
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificate = _certificate,
                    ClientCertificateRequired = _asksForCertificate,
                    CipherSuitesPolicy = _onlySuite is { } suite && !OperatingSystem.IsWindows() ? new CipherSuitesPolicy([suite]) : null,
                });
                stream = tls;
            }

            await using (stream)
            {
                await _serve(new Connection(socket, stream, client, shown, () => Interlocked.Increment(ref _secured)));
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or AuthenticationException or OperationCanceledException)
        {
        }
    }

    internal sealed class Connection(Socket socket, Stream stream, EndPoint client, X509Certificate? shown, Action used)
    {
        public Socket Socket => socket;

        public EndPoint Client => client;

        public X509Certificate? ClientCertificate => shown;

        /// <summary>Reads one message; null at the end.</summary>
        public async Task<byte[]?> ReadAsync()
        {
            byte[] header = new byte[20];
            if (await stream.ReadAtLeastAsync(header, 20, throwOnEndOfStream: false) < 20)
            {
                return null;
            }

            used();
            byte[] message = new byte[20 + (header[2] << 8) + header[3]];
            header.CopyTo(message, 0);
            await stream.ReadExactlyAsync(message.AsMemory(20));
            return message;
        }

        public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
        {
            await stream.WriteAsync(bytes);
            await stream.FlushAsync();
        }

        /// <summary>Waits until the other side has ended or reset the connection.</summary>
        public async Task<bool> EndsAsync()
        {
            byte[] rest = new byte[100];
            try
            {
                using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(20));
                while (await stream.ReadAsync(rest, deadline.Token) > 0)
                {
                }

                return true;
            }
            catch (IOException)
            {
                return true;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }
}
