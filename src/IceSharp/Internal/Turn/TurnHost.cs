using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Turn;

namespace IceSharp.Internal.Turn;

/// <summary>Gets from the application what the machine asks for: access tokens, and credentials in place of old ones.</summary>
internal sealed class TurnHost(TurnDriver driver, TurnSetup setup)
{
    // An application that never answers must not hold an allocation for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Begins to get it, on the thread pool.</summary>
    public void Begin(TurnHostRequest request) => _ = Task.Run(() => request.Kind == TurnHostRequestKind.AccessToken ? FetchTokenAsync(request) : RenewAsync());

    private async Task FetchTokenAsync(TurnHostRequest request)
    {
        TurnAccessToken? token = await AskAsync(setup.Client.FetchAccessToken, new TurnTokenRequest(setup.Server, request.ServerName ?? string.Empty)).ConfigureAwait(false);
        driver.Post((machine, now) => machine.HandleAccessToken(now, token));
    }

    private async Task RenewAsync()
    {
        LongTermCredential? credential = await AskAsync(setup.Client.RenewCredential, setup.Server).ConfigureAwait(false);
        driver.Post((machine, now) => machine.HandleCredential(now, credential));
    }

    // Whatever goes wrong in the application's code, there is no answer then.
    private async Task<TAnswer?> AskAsync<TQuestion, TAnswer>(Func<TQuestion, CancellationToken, ValueTask<TAnswer?>>? callback, TQuestion question)
        where TAnswer : class
    {
        if (callback is null)
        {
            return null;
        }

        using var late = new CancellationTokenSource(Patience, setup.Client.TimeProvider);
        try
        {
            return await callback(question, late.Token).AsTask().WaitAsync(late.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            return null;
        }
    }
}
