using System.Net;
using IceSharp.Internal.Driver;
using IceSharp.Internal.Network;
using IceSharp.Protocol;
using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Internal.Stun;

/// <summary>Runs one <see cref="StunClientMachine"/> over one link: all requests of a client to one server.</summary>
/// <remarks>Thread safe. The machine lives on one task; callers and the link post to it.</remarks>
internal sealed class StunSession : IStunLinkOwner, IAsyncDisposable
{
    private const int MaxStreamMessageBytes = 16 * 1024;
    private const int MaxUselessMessages = 100;
    private static readonly SocketHandle Handle = new(1);

    private readonly StunLink _link;
    private readonly StunPlace _place;
    private readonly StunClientMachine _machine;
    private readonly MachineInputs _inputs;
    private readonly StreamFramer? _framer;
    private readonly StreamPatience _patience;
    private readonly Dictionary<long, TaskCompletionSource<StunRequestOutcome>> _pending = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _running;
    private volatile string? _fault;
    private volatile bool _isOver;
    private volatile bool _hasAnswered;

    public StunSession(StunPlace place, StunLink link, StunClientSettings settings, TimeSpan messageTimeout, SharedRtoCache rtos, TimeProvider time, long origin)
    {
        _place = place;
        _link = link;
        _machine = new StunClientMachine(settings, place.Kind, place.Address, Handle, new CryptoRandomSource(), rtos, place.IsSecure ? place.Identity : null);
        _inputs = new MachineInputs(time, origin);
        _framer = place.Kind == StunLinkKind.Stream ? new StreamFramer(MaxStreamMessageBytes) : null;
        _patience = new StreamPatience(messageTimeout, MaxUselessMessages);
        _running = Task.Run(RunAsync);
    }

    public IPEndPoint Local => _link.Local;

    /// <summary>Whether requests can be started.</summary>
    public bool IsAlive => !_isOver;

    /// <summary>What the server did to have the link cut off; null when it did nothing.</summary>
    public string? Fault => _fault;

    /// <summary>Completes when the session is over and its link is closed.</summary>
    public Task Ended => _running;

    /// <summary>Whether the server has answered a request over this link.</summary>
    public bool HasAnswered => _hasAnswered;

    /// <summary>Asks. Ends in an outcome whatever happens to the link.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was set.</exception>
    public async Task<StunRequestOutcome> BindAsync(AlternateServerGuard? guard, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<StunRequestOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        long id = 0;
        bool posted = await TryPostAsync(Start, cancellationToken).ConfigureAwait(false);
        try
        {
            await (posted ? Task.WhenAny(done.Task, _running) : _running).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = TryPostAsync(GiveUp, CancellationToken.None).AsTask();
            throw;
        }

        return done.Task.IsCompleted ? await done.Task.ConfigureAwait(false) : Refusal();

        void Start(MonotonicTime now)
        {
            if (_machine.TryStartBinding(now, out id, guard))
            {
                _pending.Add(id, done);
            }
            else
            {
                done.SetResult(Refusal());
            }
        }

        void GiveUp(MonotonicTime now)
        {
            _machine.Cancel(id);
            _pending.Remove(id);
        }
    }

    /// <summary>Sends a Binding indication.</summary>
    /// <returns>False when the session is over.</returns>
    public ValueTask<bool> SendIndicationAsync(CancellationToken cancellationToken) => TryPostAsync(_ => _machine.SendIndication(), cancellationToken);

    /// <summary>Ends the session without waiting, and resets its stream: what else is pending on it fails as if the server had closed it.</summary>
    public void Abandon()
    {
        _link.Abandon();
        _isOver = true;
        _ = TryPostAsync(_machine.HandleStreamClosed, CancellationToken.None).AsTask();
    }

    public async ValueTask DisposeAsync()
    {
        _isOver = true;
        await _closing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    async ValueTask IStunLinkOwner.HandleReceivedAsync(byte[] bytes) =>
        await TryPostAsync(now => HandleReceived(now, bytes), CancellationToken.None).ConfigureAwait(false);

    async ValueTask IStunLinkOwner.HandleUnreachableAsync() =>
        await TryPostAsync(now => _machine.HandleUnreachable(now, _place.Address), CancellationToken.None).ConfigureAwait(false);

    private async Task RunAsync()
    {
        Task receiving = ReceiveAsync();
        try
        {
            while (!_machine.IsClosed)
            {
                MonotonicTime deadline = MonotonicTime.Min(_machine.NextTimeout.At, _patience.NextTimeout.At);
                if (!await _inputs.TakeAsync(deadline, _closing.Token).ConfigureAwait(false))
                {
                    HandleTimeout();
                }

                Drain();
            }
        }
        catch (OperationCanceledException)
        {
            _machine.Close(_inputs.Now);
            Drain();
        }

        _isOver = true;
        await _closing.CancelAsync().ConfigureAwait(false);
        await _link.DisposeAsync().ConfigureAwait(false);
        await receiving.ConfigureAwait(false);
        _machine.Dispose();
    }

    private async Task ReceiveAsync()
    {
        await _link.ReceiveAsync(this, _closing.Token).ConfigureAwait(false);
        await TryPostAsync(_machine.HandleStreamClosed, CancellationToken.None).ConfigureAwait(false);
    }

    private void HandleTimeout()
    {
        MonotonicTime now = _inputs.Now;
        _machine.HandleTimeout(now);
        if (_patience.HasRunOut(now))
        {
            CutOff("it began a message and did not end it in time");
        }
    }

    private void HandleReceived(MonotonicTime now, byte[] bytes)
    {
        var path = new TransportPath(Handle, _place.Address);
        if (_framer is null)
        {
            _machine.HandleDatagram(now, path, bytes);
            return;
        }

        _framer.Append(bytes);
        StreamFrameStatus status;
        while ((status = _framer.TryRead(out StreamFrame frame)) == StreamFrameStatus.Frame && !_patience.IsOver)
        {
            _patience.HandleFrame(_machine.HandleDatagram(now, path, frame.Bytes).Kind == VerdictKind.Consumed);
        }

        _patience.HandleRest(now, _framer.BufferedBytes);
        if (_patience.IsOver)
        {
            CutOff($"it sent {MaxUselessMessages} messages in a row that nobody asked for");
        }
        else if (status != StreamFrameStatus.NeedMore)
        {
            CutOff($"it sent what is no STUN message ({status})");
        }
    }

    private void CutOff(string fault)
    {
        _fault = fault;
        _link.Abandon();
        _machine.HandleStreamClosed(_inputs.Now);
    }

    private void Drain()
    {
        Span<byte> buffer = stackalloc byte[StunClientMachine.MaxMessageBytes];
        while (_machine.TryGetTransmit(_inputs.Now, buffer, out Transmit transmit))
        {
            if (!_link.Send(buffer[..transmit.Length]))
            {
                _machine.HandleUnreachable(_inputs.Now, _place.Address);
            }
        }

        while (_machine.TryGetOutcome(out StunRequestOutcome? outcome))
        {
            _hasAnswered |= outcome.Attributes.Count > 0;
            if (_pending.Remove(outcome.RequestId, out TaskCompletionSource<StunRequestOutcome>? done))
            {
                done.TrySetResult(outcome);
            }
        }
    }

    private async ValueTask<bool> TryPostAsync(Action<MonotonicTime> input, CancellationToken cancellationToken)
    {
        try
        {
            if (!cancellationToken.CanBeCanceled)
            {
                await _inputs.PostAsync(input, _closing.Token).ConfigureAwait(false);
                return true;
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
            await _inputs.PostAsync(input, either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private StunRequestOutcome Refusal() => new() { RequestId = 0, Error = StunRequestError.ConnectionClosed, Server = _place.Address };
}
