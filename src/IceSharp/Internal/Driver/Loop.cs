using System.Collections.Concurrent;
using IceSharp.Internal.Endpoints;
using IceSharp.Protocol;

namespace IceSharp.Internal.Driver;

/// <summary>Runs its members in turns on one thread at a time: posted work, datagrams, deadlines, then what the members have to send.</summary>
/// <remarks>Only <see cref="Post"/>, <see cref="Now"/> and <see cref="IsCurrent"/> may be used from other threads.</remarks>
internal sealed class Loop(LoopClock clock) : IIceLoop
{
    private const int ReceiveBufferBytes = 65_536;

    // Machines write checks and server requests of well under an MTU; their contract asks for 1500.
    private const int SendBufferBytes = 2048;

    // Work that work brings belongs to the same turn, but sockets of the kernel and whoever ends the loop have to get a word in between.
    private const int MaxRounds = 4;

    private readonly ConcurrentQueue<(LoopMember Member, Action Work)> _posted = new();
    private readonly DeadlineQueue _deadlines = new();
    private readonly Queue<LoopMember> _marked = new();
    private readonly byte[] _receiveBuffer = GC.AllocateUninitializedArray<byte>(ReceiveBufferBytes, pinned: true);
    private readonly byte[] _sendBuffer = GC.AllocateUninitializedArray<byte>(SendBufferBytes, pinned: true);
    private readonly Lock _turn = new();
    private IIceLoopRunner? _runner;
    private volatile bool _ended;
    private int _wakePending;
    private int _turnAsked;
    private int _runningThread;

    public LoopClock Clock => clock;

    public MonotonicTime Now => clock.Now;

    public MonotonicTime NextDeadline => _deadlines.Next;

    /// <summary>Whether the calling thread runs this loop's turn now.</summary>
    public bool IsCurrent => Volatile.Read(ref _runningThread) == Environment.CurrentManagedThreadId;

    /// <summary>Where sockets are read into; valid until the next read.</summary>
    public Span<byte> ReceiveBuffer => _receiveBuffer;

    /// <summary>Where machines write what they want sent.</summary>
    public Span<byte> SendBuffer => _sendBuffer;

    /// <summary>The sockets that the loop's thread watches; null when sockets have to announce datagrams themselves.</summary>
    public EndpointTable? Watched { get; init; }

    /// <summary>Connects the loop with what runs it; once, before anything else.</summary>
    public void Start(IIceLoopRunner runner) => _runner = runner;

    /// <summary>Runs a member's work on the loop, in the order of posting, and pumps the member then. An exception fails the member. Thread safe.</summary>
    /// <remarks>When the loop has ended, the work runs on the calling thread, one at a time: it gets to say that it came too late.</remarks>
    public void Post(LoopMember member, Action work)
    {
        _posted.Enqueue((member, work));
        bool first = Interlocked.Exchange(ref _wakePending, 1) == 0;
        if (_ended)
        {
            RunTurn();
        }
        else if (first && !IsCurrent)
        {
            // A turn that runs looks for work before it ends.
            _runner!.Wake();
        }
    }

    /// <summary>Runs a turn on the calling thread, or has the thread that runs one now run another. Thread safe, except beside a thread that runs turns by itself.</summary>
    public void RunTurn()
    {
        Interlocked.Exchange(ref _turnAsked, 1);
        while (!IsCurrent && Volatile.Read(ref _turnAsked) != 0 && _turn.TryEnter())
        {
            try
            {
                Interlocked.Exchange(ref _turnAsked, 0);
                RunTurn(clock.Now, [], backlogged: false);
            }
            finally
            {
                _turn.Exit();
            }

            // Who could not enter has asked before trying, so either he is seen here or he got in.
            Interlocked.MemoryBarrier();
        }
    }

    /// <summary>Runs a turn that begins with the sockets that are readable.</summary>
    public void RunTurn(MonotonicTime now, ReadOnlySpan<long> ready, bool backlogged)
    {
        if (IsCurrent)
        {
            return;
        }

        Volatile.Write(ref _runningThread, Environment.CurrentManagedThreadId);
        try
        {
            if (!ready.IsEmpty)
            {
                Watched!.Read(ready, now, backlogged);
            }

            RunRounds(now);
        }
        finally
        {
            Volatile.Write(ref _runningThread, 0);
        }
    }

    /// <summary>Nobody runs turns any more: does the work that waits; what is posted from now on runs where it is posted.</summary>
    /// <remarks>Called when the last turn of the loop's own thread is over. All members have ended, or have work waiting that ends them.</remarks>
    public void End()
    {
        _ended = true;
        RunTurn();
    }

    /// <summary>Asks for <see cref="LoopMember.Pump"/> before the turn ends.</summary>
    public void Mark(LoopMember member)
    {
        if (!member.IsMarked)
        {
            member.IsMarked = true;
            _marked.Enqueue(member);
        }
    }

    public void SetDeadline(LoopMember member, MonotonicTime deadline) => _deadlines.Set(member, deadline);

    /// <summary>Hands a datagram to its owner.</summary>
    public static void Deliver(LoopMember owner, Endpoint endpoint, MonotonicTime now, TransportAddress source, ReadOnlySpan<byte> datagram)
    {
        try
        {
            owner.HandleDatagram(endpoint, now, source, datagram);
        }
        catch (Exception e)
        {
            Fail(owner, e);
        }
    }

    private void RunRounds(MonotonicTime now)
    {
        for (int round = 1; ; round++)
        {
            RunPosted();
            RunDue(now);
            PumpMarked();
            if (Volatile.Read(ref _wakePending) == 0)
            {
                return;
            }

            if (round == MaxRounds)
            {
                // Posters think that a wake is on its way.
                AskForAnotherTurn();
                return;
            }

            now = clock.Now;
        }
    }

    private void AskForAnotherTurn()
    {
        if (_ended)
        {
            Interlocked.Exchange(ref _turnAsked, 1);
        }
        else
        {
            _runner!.Wake();
        }
    }

    private void RunPosted()
    {
        if (Volatile.Read(ref _wakePending) == 0)
        {
            return;
        }

        // Taken back before looking: what is posted from now on wakes again. It waits for the next round, or sockets that
        // announce one datagram after another would keep timers and transmits from ever running.
        Interlocked.Exchange(ref _wakePending, 0);
        for (int left = _posted.Count; left > 0 && _posted.TryDequeue(out (LoopMember Member, Action Work) item); left--)
        {
            try
            {
                item.Work();
                Mark(item.Member);
            }
            catch (Exception e)
            {
                Fail(item.Member, e);
            }
        }
    }

    private void RunDue(MonotonicTime now)
    {
        while (_deadlines.PeekDue(now) is { } member)
        {
            // Its pump sets the next deadline; taken out first, so that a member that fails cannot hold the loop here.
            _deadlines.Set(member, MonotonicTime.Never);
            Mark(member);
        }
    }

    private void PumpMarked()
    {
        while (_marked.TryDequeue(out LoopMember? member))
        {
            member.IsMarked = false;
            try
            {
                member.Pump(clock.Now);
            }
            catch (Exception e)
            {
                Fail(member, e);
            }
        }
    }

    private static void Fail(LoopMember member, Exception reason)
    {
        try
        {
            member.Fail(reason);
        }
        catch (Exception)
        {
            // Nothing of this member can be saved; the others live on.
        }
    }
}
