using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The sockets that clients reach a loopback server on, opened before its machine knows of them.</summary>
internal sealed class LoopbackListeners : IDisposable
{
    private static readonly TransportAddress[] Addresses = [new(IpAddress.LoopbackV4, 0), new(IpAddress.LoopbackV6, 0)];
    private readonly List<LoopbackSocket> _datagram = [];
    private readonly List<(Socket Acceptor, TransportAddress Local, ServerTransport Transport)> _stream = [];

    public IReadOnlyList<LoopbackSocket> Datagram => _datagram;

    public IReadOnlyList<(Socket Acceptor, TransportAddress Local, ServerTransport Transport)> Stream => _stream;

    public X509Certificate2? Certificate { get; private set; }

    public SslServerAuthenticationOptions? TlsOptions { get; private set; }

    /// <summary>Opens what the options ask for; IPv6 and the same port for TCP as far as the system lets.</summary>
    public static LoopbackListeners Open(LoopbackServerOptions options)
    {
        LoopbackListeners listeners = new();
        try
        {
            listeners.OpenDatagram(options);
            if (options.UseTcp)
            {
                listeners.OpenStream(options, ServerTransport.Tcp, listeners._datagram[0].LocalAddress.Port, mayDiffer: options.Port == 0);
            }

            if (options.UseTls)
            {
                listeners.Certificate = options.Certificate ?? LoopbackCertificate.Create();
                listeners.TlsOptions = new SslServerAuthenticationOptions { ServerCertificate = listeners.Certificate };
                listeners.OpenStream(options, ServerTransport.Tls, options.TlsPort, mayDiffer: options.TlsPort == 0);
            }

            return listeners;
        }
        catch
        {
            listeners.Dispose();
            throw;
        }
    }

    /// <summary>Where clients of a transport and family connect to, if they can.</summary>
    public TransportAddress? Find(ServerTransport transport, IpFamily family)
    {
        int at = _stream.FindIndex(s => s.Transport == transport && s.Local.Family == family);
        return at < 0 ? null : _stream[at].Local;
    }

    public void Dispose()
    {
        _datagram.ForEach(l => l.Dispose());
        _stream.ForEach(l => l.Acceptor.Dispose());
    }

    private void OpenDatagram(LoopbackServerOptions options)
    {
        _datagram.Add(LoopbackSocket.Bind(new TransportAddress(IpAddress.LoopbackV4, options.Port)));
        TransportAddress first = _datagram[0].LocalAddress;
        if (options.Server.OffersBehaviorDiscovery)
        {
            AddAlternates(first);
        }

        if (options.UseIPv6 && TryOpen(IpFamily.IPv6, first.Port, mayDiffer: options.Port == 0, LoopbackSocket.Bind) is { } v6)
        {
            _datagram.Add(v6);
        }
    }

    // RFC 5780 §6: two addresses that listen on the same two ports.
    private void AddAlternates(TransportAddress first)
    {
        IpAddress second = IpAddress.Parse("127.0.0.2");
        _datagram.Add(LoopbackSocket.Bind(first with { Port = 0 }));
        TransportAddress alternate = _datagram[1].LocalAddress;
        _datagram.Add(LoopbackSocket.Bind(first with { Address = second }));
        _datagram.Add(LoopbackSocket.Bind(alternate with { Address = second }));
    }

    private void OpenStream(LoopbackServerOptions options, ServerTransport transport, ushort port, bool mayDiffer)
    {
        foreach (IpFamily family in options.UseIPv6 ? new[] { IpFamily.IPv4, IpFamily.IPv6 } : [IpFamily.IPv4])
        {
            Socket? acceptor = TryOpen(family, port, mayDiffer, address => LoopbackStreams.Listen(address, shared: false));
            if (acceptor is null && family == IpFamily.IPv4)
            {
                throw new SocketException((int)SocketError.AddressAlreadyInUse);
            }

            if (acceptor is not null)
            {
                TransportAddress local = SocketAddressCodec.Read(acceptor.LocalEndPoint!.Serialize());
                _stream.Add((acceptor, local, transport));
                port = local.Port;
            }
        }
    }

    private static T? TryOpen<T>(IpFamily family, ushort port, bool mayDiffer, Func<TransportAddress, T> open)
        where T : class
    {
        if (family == IpFamily.IPv6 && !Socket.OSSupportsIPv6)
        {
            return null;
        }

        TransportAddress local = Array.Find(Addresses, a => a.Family == family);
        foreach (ushort candidate in mayDiffer ? new ushort[] { port, 0 } : [port])
        {
            try
            {
                return open(local with { Port = candidate });
            }
            catch (SocketException)
            {
                // Taken, or no such address on this machine.
            }
        }

        return null;
    }
}
