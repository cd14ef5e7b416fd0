namespace IceSharp.Internal.Turn;

/// <summary>An allocation that came about; given back when another one was first.</summary>
internal sealed class DialedAllocation(TurnDriver driver) : IAsyncDisposable
{
    public TurnDriver Driver => driver;

    public async ValueTask DisposeAsync() => await driver.CloseAsync().ConfigureAwait(false);
}
