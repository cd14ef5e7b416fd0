using System.Net;
using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Internal.Network;

/// <summary>A UDP socket of the operating system: created and owned by <see cref="System.Net.Sockets.Socket"/>, watched by a <see cref="Poller"/>.</summary>
internal abstract class SystemUdpSocket : IIceUdpSocket
{
    // An ICMP error is reported by one failing call each; more of them in a row than this are left for the next turn.
    protected const int MaxErrorsInARow = 16;

    // A full send buffer drains in microseconds; the slice only bounds how long cancellation goes unseen.
    private static readonly TimeSpan WritableSlice = TimeSpan.FromMilliseconds(50);

    private long _ignoredErrors;

    protected SystemUdpSocket(Socket socket, LocalInterfaceAddress localAddress)
    {
        Socket = socket;
        IsConnected = socket.Connected;
        ScopeId = (uint)localAddress.ScopeId;
        LocalAddress = new TransportAddress(localAddress.Address, (ushort)((IPEndPoint)socket.LocalEndPoint!).Port);
    }

    public Socket Socket { get; }

    public TransportAddress LocalAddress { get; }

    /// <summary>Whether the socket knows one destination only: the system drops what comes from elsewhere, and destinations of sends are not looked at.</summary>
    public bool IsConnected { get; }

    /// <summary>Called, on any thread, when the network says that nobody listens at the destination of a connected socket.</summary>
    public Action? Refused { get; set; }

    /// <summary>Errors that the network reported for earlier datagrams, and that ended nothing.</summary>
    public long IgnoredErrors => Interlocked.Read(ref _ignoredErrors);

    /// <summary>IPv6 zone of the local address, for link-local destinations.</summary>
    protected uint ScopeId { get; }

    /// <summary>Whether another read is worth trying right after one: false where an empty read is dear and none is there.</summary>
    public virtual bool MayHaveMore => true;

    public abstract IceSendResult TrySend(ReadOnlySpan<byte> datagram, TransportAddress destination);

    public abstract bool TryReceive(Span<byte> buffer, out int length, out TransportAddress source);

    public bool TrySetDscp(int dscp) => SocketDscp.TrySet(Socket, dscp);

    public async ValueTask WaitWritableAsync(CancellationToken cancellationToken)
    {
        while (!await Task.Run(IsWritable, cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // The poller watches the handle, nobody has to be called.
    public void NotifyReadable(Action? readable)
    {
    }

    public void Dispose() => Socket.Dispose();

    protected void CountRefusal()
    {
        CountIgnoredError();
        if (IsConnected)
        {
            Refused?.Invoke();
        }
    }

    protected void CountIgnoredError() => Interlocked.Increment(ref _ignoredErrors);

    private bool IsWritable()
    {
        try
        {
            return Socket.Poll(WritableSlice, SelectMode.SelectWrite);
        }
        catch (ObjectDisposedException)
        {
            return true; // the send that follows says "closed"
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
