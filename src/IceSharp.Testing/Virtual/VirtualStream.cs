using System.Text;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A reliable stream between two virtual hosts: what TCP, and TLS over it, are to an application.</summary>
/// <remarks>
/// Made by <see cref="VirtualHost.Connect"/> or handed out by a <see cref="VirtualStreamListener"/>. Its packets cross links, NATs and
/// firewalls as datagrams do, so that loss delays it, a closed NAT holds it off and a reboot strands it. Two sides that connect to each other
/// at the same time meet (RFC 9293 §3.5). TLS costs one round trip and ends in a certificate accepted or rejected; nothing is encrypted.
/// </remarks>
public sealed class VirtualStream : IDisposable
{
    private const int MaxPacketBytes = 1400;

    // What a client sends first in TLS, for a server that does not expect it.
    private static readonly byte[] HelloBytes = [0x16, 0x03, 0x01, 0x00, 0x00];

    private readonly StreamStack _stack;
    private readonly ReliableSequence _sequence;
    private readonly VirtualStreamListener? _listener;
    private readonly string? _serverName;
    private bool _endSent;

    internal VirtualStream(StreamStack stack, TransportAddress local, TransportAddress remote, VirtualStreamListener? listener, string? serverName)
    {
        _stack = stack;
        _listener = listener;
        _serverName = serverName;
        LocalAddress = local;
        RemoteAddress = remote;
        _sequence = new ReliableSequence(stack.Network, Transmit, () => Finish(VirtualStreamEnd.TimedOut));
    }

    /// <summary>This side's address.</summary>
    public TransportAddress LocalAddress { get; }

    /// <summary>The other side's address, as seen here.</summary>
    public TransportAddress RemoteAddress { get; }

    /// <summary>Whether it runs under TLS.</summary>
    public bool IsSecured => _serverName is not null || _listener?.Certificate is not null;

    /// <summary>Where it stands.</summary>
    public VirtualStreamState State { get; private set; }

    /// <summary>Why it is over.</summary>
    public VirtualStreamEnd End { get; private set; }

    /// <summary>Called once data can be sent, on the side that connected.</summary>
    public Action? Opened { get; set; }

    /// <summary>Called with the bytes that arrive, in order.</summary>
    public StreamReceiver? Receiver { get; set; }

    /// <summary>Called once when the stream is over, unless this side closed it.</summary>
    public Action<VirtualStreamEnd>? Closed { get; set; }

    /// <summary>Sends bytes.</summary>
    /// <param name="bytes">Any number; copied.</param>
    /// <exception cref="InvalidOperationException">The stream is not open, or no longer.</exception>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (State != VirtualStreamState.Open || _endSent)
        {
            throw new InvalidOperationException($"The stream {this} cannot send.");
        }

        for (; bytes.Length > 0 && State == VirtualStreamState.Open; bytes = bytes[Math.Min(bytes.Length, MaxPacketBytes)..])
        {
            _sequence.Send(StreamPacketKind.Data, bytes[..Math.Min(bytes.Length, MaxPacketBytes)].ToArray(), IsSecured);
        }
    }

    /// <summary>Closes in good order: what was sent still arrives. Nothing is received any more.</summary>
    public void Close()
    {
        if (State == VirtualStreamState.Opening && _listener is null)
        {
            Abort();
        }
        else if (State != VirtualStreamState.Closed && !_endSent)
        {
            _endSent = true;
            End = VirtualStreamEnd.ClosedHere;
            _sequence.Send(StreamPacketKind.End, []);
        }
    }

    /// <summary>Breaks off: the other side sees a reset.</summary>
    public void Abort()
    {
        if (State != VirtualStreamState.Closed)
        {
            Transmit(new StreamPacket(StreamPacketKind.Reset, 0, _sequence.Awaited), []);
            Finish(VirtualStreamEnd.ClosedHere);
        }
    }

    /// <summary>The same as <see cref="Close"/>.</summary>
    public void Dispose() => Close();

    /// <summary>Both addresses and the state.</summary>
    public override string ToString() => $"{LocalAddress} - {RemoteAddress} ({(State == VirtualStreamState.Closed ? $"{End}" : $"{State}")})";

    internal void StartConnecting() => _sequence.Send(StreamPacketKind.Open, []);

    internal void Receive(StreamPacket packet, byte[] bytes)
    {
        if (packet.Kind == StreamPacketKind.Reset)
        {
            Finish(State == VirtualStreamState.Opening ? VirtualStreamEnd.Refused : VirtualStreamEnd.Reset);
            return;
        }

        _sequence.TakeAcknowledgement(packet.Acknowledged);
        bool isFirst = packet.IsSequenced && _sequence.TryAccept(packet, bytes) && packet.Sequence == 0;
        if (isFirst)
        {
            TakeFirst();
        }

        if (_endSent && _sequence.IsSettled)
        {
            Finish(VirtualStreamEnd.ClosedHere);
        }
        else if (State == VirtualStreamState.Opening && _sequence is { IsFirstAcknowledged: true, Awaited: > 0 })
        {
            HandleConnected();
        }

        while (State is not (VirtualStreamState.Closed or VirtualStreamState.Opening) && _sequence.TryTakeNext(out StreamPacket? next, out byte[] carried))
        {
            Take(next!, carried);
        }

        bool isAnswered = isFirst && _listener is not null;
        if (packet.IsSequenced && !isAnswered && (State != VirtualStreamState.Closed || End == VirtualStreamEnd.ClosedByPeer))
        {
            Transmit(new StreamPacket(StreamPacketKind.Acknowledge, 0, _sequence.Awaited), []);
        }
    }

    internal void HandleUnreachable()
    {
        // RFC 9293 §3.9.2.2: what an open connection hears in this way may be passing.
        if (State == VirtualStreamState.Opening)
        {
            Finish(VirtualStreamEnd.Unreachable);
        }
    }

    internal void Finish(VirtualStreamEnd end)
    {
        if (State == VirtualStreamState.Closed)
        {
            return;
        }

        bool wasOurs = _endSent || end == VirtualStreamEnd.ClosedHere;
        State = VirtualStreamState.Closed;
        End = wasOurs ? VirtualStreamEnd.ClosedHere : end;
        _sequence.Dispose();
        _stack.Remove(this);
        if (!wasOurs)
        {
            Closed?.Invoke(end);
        }
    }

    // The opening packet is taken at once, whatever the state; the rest waits until the stream is connected.
    private void TakeFirst()
    {
        _sequence.TryTakeNext(out _, out _);
        if (_listener is not null)
        {
            _sequence.Send(StreamPacketKind.Accept, []);
        }
    }

    private void HandleConnected()
    {
        if (!IsSecured)
        {
            Open();
            return;
        }

        State = VirtualStreamState.Securing;
        if (_serverName is not null)
        {
            _sequence.Send(StreamPacketKind.TlsHello, [.. HelloBytes, .. Encoding.ASCII.GetBytes(_serverName)]);
        }
    }

    private void Take(StreamPacket packet, byte[] bytes)
    {
        switch (packet.Kind)
        {
            case StreamPacketKind.TlsHello when State == VirtualStreamState.Securing && _listener?.Certificate is { } certificate:
                _sequence.Send(StreamPacketKind.TlsAnswer, [], certificate: certificate);
                Open();
                break;
            case StreamPacketKind.TlsAnswer when State == VirtualStreamState.Securing && _serverName is not null:
                TakeCertificate(packet.Certificate!);
                break;
            case StreamPacketKind.End:
                Finish(VirtualStreamEnd.ClosedByPeer);
                break;
            case StreamPacketKind.Data or StreamPacketKind.TlsHello when State == VirtualStreamState.Open && !_endSent:
                Receiver?.Invoke(_stack.Network.Now, bytes);
                break;
            case StreamPacketKind.Data or StreamPacketKind.TlsHello when State == VirtualStreamState.Securing:
                Break(VirtualStreamEnd.NotTls);
                break;
            default:
                break;
        }
    }

    private void TakeCertificate(VirtualCertificate certificate)
    {
        if (certificate.IsValidFor(_serverName!))
        {
            Open();
        }
        else
        {
            Break(VirtualStreamEnd.CertificateRejected);
        }
    }

    private void Break(VirtualStreamEnd end)
    {
        Transmit(new StreamPacket(StreamPacketKind.Reset, 0, _sequence.Awaited), []);
        Finish(end);
    }

    private void Open()
    {
        State = VirtualStreamState.Open;
        if (_listener is not null)
        {
            _listener.Accepted?.Invoke(this);
        }
        else
        {
            Opened?.Invoke();
        }
    }

    private void Transmit(StreamPacket packet, byte[] bytes) => _stack.Transmit(this, packet, bytes);
}
