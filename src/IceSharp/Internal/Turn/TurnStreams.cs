using System.Net;
using System.Threading.Channels;
using IceSharp.Internal.Network.Dns;
using IceSharp.Internal.Network.Streams;
using IceSharp.Protocol;
using IceSharp.Protocol.Turn;

namespace IceSharp.Internal.Turn;

/// <summary>The TCP connections of an allocation, to peers and from them: a second stream to the server each, bound and handed to the application (RFC 6062).</summary>
internal sealed class TurnStreams(TurnDriver driver)
{
    // The server holds a connection for 30 s; what the application is too slow for is turned away.
    private const int MaxWaiting = 32;

    private readonly Channel<TurnEvent> _attempts = Channel.CreateBounded<TurnEvent>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<TransportAddress, TaskCompletionSource<TurnEvent>> _connecting = [];
    private readonly Dictionary<int, TaskCompletionSource<TurnPeerStream>> _binding = [];

    /// <summary>Has the server connect to a peer.</summary>
    /// <exception cref="TurnException">It cannot, or the allocation is over.</exception>
    public async Task<TurnPeerStream> ConnectAsync(TransportAddress peer, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<TurnEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        driver.PostOrEnd((machine, now) => Begin(machine, now, peer, answer), answer);
        TurnEvent connected;
        try
        {
            connected = await answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            driver.Post((_, _) => _connecting.Remove(peer));
            throw;
        }

        return await BindAsync(connected, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes the next connection of a peer.</summary>
    /// <exception cref="TurnException">The allocation is over.</exception>
    public async Task<TurnPeerStream> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TurnEvent attempt;
            try
            {
                attempt = await _attempts.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (ChannelClosedException)
            {
                throw driver.Sender.EndReason ?? TurnFaults.ClientClosed();
            }

            try
            {
                return await BindAsync(attempt, cancellationToken).ConfigureAwait(false);
            }
            catch (TurnException) when (driver.Sender.EndReason is null)
            {
                // Too late, or the peer has gone meanwhile: the next one.
            }
        }
    }

    /// <summary>Takes a fact of the machine. On the loop.</summary>
    public void Tell(TurnAllocationMachine machine, in TurnEvent fact)
    {
        switch (fact.Kind)
        {
            case TurnEventKind.PeerConnected:
                if (!_connecting.Remove(PeerOf(fact), out TaskCompletionSource<TurnEvent>? answer) || !answer.TrySetResult(fact))
                {
                    machine.Connections.Close(fact.ConnectionId);
                }

                break;
            case TurnEventKind.ConnectionAttempted:
                if (!_attempts.Writer.TryWrite(fact))
                {
                    machine.Connections.Close(fact.ConnectionId);
                }

                break;
            case TurnEventKind.ConnectionBound:
                HandOver(fact);
                break;
            case TurnEventKind.ConnectionEnded:
                TurnException reason = TurnFaults.From($"The connection to {PeerOf(fact)}", fact);
                if (_connecting.Remove(PeerOf(fact), out TaskCompletionSource<TurnEvent>? refused))
                {
                    refused.TrySetException(reason);
                }

                if (_binding.Remove(fact.Socket.Id, out TaskCompletionSource<TurnPeerStream>? unbound))
                {
                    unbound.TrySetException(reason);
                    driver.Close(fact.Socket);
                }

                break;
        }
    }

    /// <summary>Ends everything that waits. On the loop.</summary>
    public void End(TurnException reason)
    {
        _attempts.Writer.TryComplete();
        foreach (TaskCompletionSource<TurnEvent> answer in _connecting.Values)
        {
            answer.TrySetException(reason);
        }

        foreach (TaskCompletionSource<TurnPeerStream> bound in _binding.Values)
        {
            bound.TrySetException(reason);
        }
    }

    private void Begin(TurnAllocationMachine machine, MonotonicTime now, TransportAddress peer, TaskCompletionSource<TurnEvent> answer)
    {
        if (_connecting.TryAdd(peer, answer) && machine.Connections.Connect(now, peer))
        {
            return;
        }

        if (_connecting.TryGetValue(peer, out TaskCompletionSource<TurnEvent>? added) && added == answer)
        {
            _connecting.Remove(peer);
        }

        answer.TrySetException(new TurnException(
            IceError.NoRoute, $"The server cannot be asked to connect to {peer}: no TCP allocation, a connection to it already, or it was not reached less than 10 s ago (RFC 6062 §4.3)."));
    }

    private async Task<TurnPeerStream> BindAsync(TurnEvent held, CancellationToken cancellationToken)
    {
        var bound = new TaskCompletionSource<TurnPeerStream>(TaskCreationOptions.RunContinuationsAsynchronously);
        IIceUdpSocket stream;
        try
        {
            stream = await driver.OpenLinkAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            driver.Post((machine, _) => machine.Connections.Close(held.ConnectionId));
            throw;
        }

        driver.PostOrEnd(
            (machine, now) =>
            {
                SocketHandle handle = driver.Open(stream);
                if (machine.Connections.Bind(now, held.ConnectionId, handle))
                {
                    _binding.Add(handle.Id, bound);
                }
                else
                {
                    driver.Close(handle);
                    bound.TrySetException(new TurnException(IceError.ConnectionLost, $"The server holds the connection to {PeerOf(held)} no longer."));
                }
            },
            bound,
            stream);
        return await bound.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void HandOver(in TurnEvent fact)
    {
        uint id = fact.ConnectionId;
        if (driver.Detach(fact.Socket) is not { } framed || !_binding.Remove(fact.Socket.Id, out TaskCompletionSource<TurnPeerStream>? bound))
        {
            return;
        }

        IPEndPoint peer = NameServerList.ToEndPoint(PeerOf(fact));
        Stream raw = framed.Detach(out byte[] rest);
        var stream = new TurnPeerStream(raw, rest, peer, () => driver.Post((machine, _) => machine.Connections.Close(id)));
        if (!bound.TrySetResult(stream))
        {
            stream.Dispose();
        }
    }

    private static TransportAddress PeerOf(in TurnEvent fact) => new(fact.Peer, fact.PeerPort);
}
