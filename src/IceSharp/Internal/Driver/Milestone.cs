namespace IceSharp.Internal.Driver;

/// <summary>Something to wait for that is reached, or given up; reached after being given up, it is reached for those who ask then. Thread safe.</summary>
internal sealed class Milestone<T>
{
    private volatile TaskCompletionSource<T> _source = New();

    public Task<T> Task => _source.Task;

    public void Reach(T value)
    {
        TaskCompletionSource<T> source = _source;
        if (!source.TrySetResult(value) && source.Task.IsFaulted)
        {
            TaskCompletionSource<T> next = New();
            next.SetResult(value);
            _source = next;
        }
    }

    public void GiveUp(Exception reason)
    {
        TaskCompletionSource<T> source = _source;
        if (source.TrySetException(reason))
        {
            // Nobody has to look: a failure that is not awaited is not an unobserved exception.
            _ = source.Task.Exception;
        }
    }

    private static TaskCompletionSource<T> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
