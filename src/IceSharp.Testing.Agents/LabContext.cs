using System.Collections.Concurrent;

namespace IceSharp.Testing;

/// <summary>Where the application's code goes on after its awaits: the lab's thread, in order.</summary>
internal sealed class LabContext : SynchronizationContext
{
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _posted = new();

    public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Nothing may block on the lab's thread: it runs everything.");

    public override SynchronizationContext CreateCopy() => this;

    public bool RunPosted()
    {
        bool any = false;
        while (_posted.TryDequeue(out (SendOrPostCallback Callback, object? State) work))
        {
            any = true;
            work.Callback(work.State);
        }

        return any;
    }
}
