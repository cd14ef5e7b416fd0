using System.Net;
using System.Net.Sockets;
using IceSharp.Internal.Network;
using IceSharp.Internal.Network.Dns;
using IceSharp.Protocol;
using IceSharp.Protocol.Nat;

namespace IceSharp.Internal.Nat;

/// <summary>Runs one <see cref="NatProbeMachine"/> over sockets of its own, on the thread pool.</summary>
internal sealed class NatProbeRun(NatProbeMachine machine, IPAddress localAddress, NatProbeOptions options) : IAsyncDisposable
{
    private readonly MachineInputs _inputs = new(options.TimeProvider);
    private readonly Dictionary<SocketHandle, Socket> _sockets = [];
    private readonly List<Task> _receivers = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly byte[] _buffer = new byte[NatProbeMachine.MaxRequestBytes];

    /// <summary>Why the latest socket could not be had.</summary>
    public SocketException? BindFailure { get; private set; }

    public async Task<NatReport> RunAsync(CancellationToken cancellationToken)
    {
        machine.Start(_inputs.Now);
        Drain();
        while (machine.State != NatProbeState.Done)
        {
            if (!await _inputs.TakeAsync(machine.NextTimeout.At, cancellationToken).ConfigureAwait(false))
            {
                machine.HandleTimeout(_inputs.Now);
            }

            Drain();
        }

        return machine.Report!;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (Socket socket in _sockets.Values)
        {
            socket.Dispose();
        }

        await Task.WhenAll(_receivers).ConfigureAwait(false);
        _closing.Dispose();
    }

    private void Drain()
    {
        for (bool moved = true; moved;)
        {
            moved = false;
            while (machine.TryGetTransmit(_inputs.Now, _buffer, out Transmit transmit))
            {
                moved = true;
                Send(transmit);
            }

            while (machine.TryGetHostRequest(out NatHostRequest? request))
            {
                moved = true;
                OpenNatSocketRequest open = (OpenNatSocketRequest)request;
                machine.HandleHostAnswer(_inputs.Now, TryOpen(open) ? new NatSocketOpened(open.Id) : new NatSocketRefused(open.Id));
            }
        }

        while (machine.TryGetEvent(out NatProbeEvent? happened))
        {
            if (happened is NatTestFinished test)
            {
                options.Progress?.Report(test.Record);
            }
        }
    }

    private bool TryOpen(OpenNatSocketRequest request)
    {
        Socket socket = new(localAddress.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(localAddress, request.LocalAddress.Port));
        }
        catch (SocketException e)
        {
            BindFailure = e;
            socket.Dispose();
            return false;
        }

        _sockets.Add(request.Socket, socket);
        _receivers.Add(ReceiveAsync(socket, request.Socket));
        return true;
    }

    private void Send(in Transmit transmit)
    {
        try
        {
            _sockets[transmit.Socket].SendTo(_buffer.AsSpan(0, transmit.Length), SocketFlags.None, NameServerList.ToEndPoint(transmit.Destination));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown)
        {
            machine.HandleUnreachable(_inputs.Now, transmit.Socket, transmit.Destination);
        }
        catch (SocketException)
        {
            // Lost, as any datagram may be: a copy follows, or the test says that nothing came.
        }
    }

    private async Task ReceiveAsync(Socket socket, SocketHandle handle)
    {
        byte[] buffer = new byte[ushort.MaxValue];
        EndPoint anybody = new IPEndPoint(localAddress.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, anybody, _closing.Token).ConfigureAwait(false);
                TransportPath path = new(handle, NameServerList.ToTransportAddress((IPEndPoint)got.RemoteEndPoint));
                byte[] datagram = buffer[..got.ReceivedBytes];
                await _inputs.PostAsync(now => machine.HandleDatagram(now, path, datagram), _closing.Token).ConfigureAwait(false);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.NetworkReset or SocketError.MessageSize)
            {
                // What ICMP said of an earlier datagram does not end the socket.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }
}
