namespace IceSharp.Internal.Driver;

/// <summary>Something to wait for that is reached, or given up; reached after being given up, it is reached for those who ask then. Thread safe.</summary>
/// <param name="continuations">Where those who wait go on.</param>
internal sealed class Milestone<T>(TaskCreationOptions continuations = TaskCreationOptions.RunContinuationsAsynchronously)
{
    private volatile TaskCompletionSource<T> _source = new(continuations);

    public Task<T> Task => _source.Task;

    public void Reach(T value)
    {
        TaskCompletionSource<T> source = _source;
        if (!source.TrySetResult(value) && source.Task.IsFaulted)
        {
            TaskCompletionSource<T> next = new(continuations);
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
}
