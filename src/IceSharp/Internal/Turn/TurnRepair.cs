using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Turn;

namespace IceSharp.Internal.Turn;

/// <summary>Other links to the server for an allocation that stands: after the client's address has changed, and after a connection has ended.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without timer and links holds nothing.")]
internal sealed class TurnRepair(TurnDriver driver, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(16), Patience = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _closing = new();
    private TaskCompletionSource<bool>? _move;
    private SocketHandle _target;
    private SocketHandle _former;

    /// <summary>Moves the allocation to a new link.</summary>
    public async Task MoveAsync(CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        IIceUdpSocket socket = await driver.OpenLinkAsync(cancellationToken).ConfigureAwait(false);
        driver.PostOrEnd((machine, now) => Begin(machine, now, socket, done), done, socket);
        await done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes the end of a move. On the loop.</summary>
    public void Tell(in TurnEvent fact)
    {
        bool hasMoved = fact.Kind == TurnEventKind.Moved;
        driver.Close(hasMoved ? _former : _target);
        if (hasMoved)
        {
            driver.Publish();
            _move?.TrySetResult(true);
        }
        else
        {
            _move?.TrySetException(TurnFaults.From("The move", fact));
        }

        _move = null;
    }

    /// <summary>Makes a new connection in place of one that ended, trying for a while. Nobody waits for it.</summary>
    public void ReopenAsync() => _ = ReopenAsync(_closing.Token);

    /// <summary>Gives everything up. On the loop.</summary>
    public void End(TurnException reason)
    {
        _closing.Cancel();
        _move?.TrySetException(reason);
    }

    private void Begin(TurnAllocationMachine machine, MonotonicTime now, IIceUdpSocket socket, TaskCompletionSource<bool> done)
    {
        if (!machine.HasMobilityTicket || _move is not null)
        {
            socket.Dispose();
            done.TrySetException(new TurnException(IceError.ServerRejected, _move is null ? "The server gave no ticket to move with." : "A move is under way."));
            return;
        }

        _former = machine.Socket;
        _target = driver.Open(socket);
        _move = done;
        if (!machine.Move(now, _target))
        {
            driver.Close(_target);
            _move = null;
            done.TrySetException(new TurnException(IceError.NoRoute, "The allocation cannot move now: it is being made anew."));
        }
    }

    private async Task ReopenAsync(CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        for (TimeSpan pause = FirstPause; ; pause = pause < LongestPause ? 2 * pause : LongestPause)
        {
            try
            {
                IIceUdpSocket socket = await driver.OpenLinkAsync(cancellationToken).ConfigureAwait(false);
                var taken = new TaskCompletionSource<bool>();
                driver.PostOrEnd((machine, now) => machine.HandleStreamOpened(now, driver.Open(socket)), taken, socket);
                return;
            }
            catch (TurnException) when (time.GetElapsedTime(start) < Patience)
            {
            }
            catch (TurnException)
            {
                driver.Post((machine, now) => machine.Close(now));
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            try
            {
                await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
