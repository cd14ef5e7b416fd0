using System.Net;
using System.Net.Sockets;
using IceSharp.Protocol;

namespace IceSharp.Benchmarks.Relay;

/// <summary>A relayed address on coturn and a bare socket as its peer, on one machine: packets go out through the relay or come in through it.</summary>
internal sealed class RelayedPair : IAsyncDisposable
{
    public const int PayloadBytes = 1200;

    private readonly TurnClient _client = new(new TurnClientOptions { SocketReceiveBufferBytes = 4 << 20, SocketSendBufferBytes = 1 << 20 });
    private readonly Socket _peer = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
    private readonly Thread _drain;
    private TurnAllocation? _relay;
    private TransportAddress _peerAddress;
    private SocketAddress? _relayAddress;
    private readonly byte[] _payload = new byte[PayloadBytes];
    private volatile bool _stopping;

    public RelayedPair()
    {
        _peer.Bind(new IPEndPoint(IPAddress.Parse("10.99.0.1"), 0));
        _drain = new Thread(Drain) { IsBackground = true };
    }

    /// <summary>What the relay has brought to this side.</summary>
    public FlowMeter Received { get; } = new();

    /// <summary>What the peer has received through the relay.</summary>
    public FlowMeter Delivered { get; } = new();

    public async Task OpenAsync()
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        _relay = await _client.AllocateAsync(IceServer.Turn($"turn:{RelayLab.ServerAddress}?transport=udp", RelayLab.User, RelayLab.Password), null, patience.Token);
        var peer = (IPEndPoint)_peer.LocalEndPoint!;
        _peerAddress = TransportAddress.Parse(peer.ToString());
        _relayAddress = _relay.RelayedAddress.Serialize();
        await _relay.PermitAsync(peer, patience.Token);
        _relay.SetReceiver((_, _, _) => Received.Note());
        _drain.Start();

        // Until the channel stands data goes in indications: a second is plenty.
        await Task.Delay(1000, patience.Token);
    }

    /// <summary>Out through the relay.</summary>
    public void SendOut() => _relay!.TrySendTo(_payload, _peerAddress);

    /// <summary>In through the relay.</summary>
    public void SendIn() => _peer.SendTo(_payload, SocketFlags.None, _relayAddress!);

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _peer.Dispose();
        await _client.DisposeAsync();
    }

    private void Drain()
    {
        byte[] buffer = new byte[2048];
        var source = new SocketAddress(AddressFamily.InterNetwork);
        while (!_stopping)
        {
            try
            {
                _peer.ReceiveFrom(buffer, SocketFlags.None, source);
                Delivered.Note();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
