using System.Collections.Concurrent;
using IceSharp.Internal.Diagnostics;
using Microsoft.Extensions.Logging;

namespace IceSharp.Internal.Driver;

/// <summary>Runs an agent's event handlers in order on the thread pool, one at a time, never on the loop. Nobody waits for it.</summary>
internal sealed class NotificationQueue(ILogger logger) : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<Action> _queue = new();
    private int _scheduled;

    public void Post(Action notification)
    {
        _queue.Enqueue(notification);
        Schedule();
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (_queue.TryDequeue(out Action? notification))
        {
            try
            {
                notification();
            }
            catch (Exception e)
            {
                Log.HandlerThrew(logger, e);
            }
        }

        Volatile.Write(ref _scheduled, 0);
        if (!_queue.IsEmpty)
        {
            Schedule();
        }
    }

    private void Schedule()
    {
        if (Interlocked.Exchange(ref _scheduled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
