/** A section whose lock is renewed three times in a period, and that is over as soon as a renewal fails. */
export async function renewByHand(
  ttlMs: number,
  renew: () => Promise<boolean>,
  section: (isHeld: () => boolean) => Promise<void>,
): Promise<void> {
  let isHeld = true;
  let isRenewing = false;
  const renewOnce = async (): Promise<void> => {
    if (isRenewing) return;
    isRenewing = true;
    try {
      isHeld = (await renew()) && isHeld;
    } catch {
      isHeld = false;
    }
    isRenewing = false;
  };
  const timer = setInterval(() => void renewOnce(), ttlMs / 3);
  try {
    await section(() => isHeld);
  } finally {
    clearInterval(timer);
  }
}
