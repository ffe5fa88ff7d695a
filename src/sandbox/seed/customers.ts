/** Name | email | phone | company | owner | tags | street | postal code | source. A dash means no value. */
const TABLE = `
Maria Lopez       | maria.lopez@northshoremed.example  | +13125550101 | North Shore Medical Group | Dana Whitfield | vip, commuter, e-bike     | 1420 W Fulton St      | 60607 | website form
Ben Carter        | ben@acmecouriers.example           | +13125550102 | Acme Couriers             | Theo Brandt    | fleet, cargo              | 900 S Canal St        | 60607 | referral
Ruth Adeyemi      | ruth@acmecouriers.example          | +13125550103 | Acme Couriers             | Theo Brandt    | fleet, billing            | 900 S Canal St        | 60607 | referral
Jonas Weber       | jonas@acmecouriers.example         | +13125550104 | Acme Couriers             | Theo Brandt    | fleet                     | 900 S Canal St        | 60607 | public api
Keiko Tanaka      | keiko@acmecouriers.example         | +13125550105 | Acme Couriers             | -              | fleet, e-bike             | -                     | -     | public api
Priscilla Ong     | priscilla.ong@lakesidecycling.example | +17735550106 | Lakeside Cycling Club  | Sofia Reyes    | club, road                | 4801 N Marine Dr      | 60640 | event
Tomasz Zielinski  | tomasz@lakesidecycling.example     | +17735550107 | Lakeside Cycling Club     | Sofia Reyes    | club, road, race          | 2212 W Chicago Ave    | 60622 | event
Hannah Kessler    | hannah.kessler@lakesidecycling.example | +17735550108 | Lakeside Cycling Club | Sofia Reyes    | club                      | 1733 N Damen Ave      | 60647 | event
Omar Haddad       | omar.haddad@lakesidecycling.example | -           | Lakeside Cycling Club     | -              | club, gravel              | -                     | -     | event
Grace Okafor      | grace.okafor@northshoremed.example | +18475550110 | North Shore Medical Group | Dana Whitfield | commuter                  | 2650 Ridge Ave        | 60201 | website form
Daniel Stern      | dstern@northshoremed.example       | +18475550111 | North Shore Medical Group | Dana Whitfield | commuter, benefits        | 2650 Ridge Ave        | 60201 | referral
Lucia Ferraro     | lucia.ferraro@example.com          | +13125550112 | Ferraro & Figli Bakery    | Marcus Hill    | cargo                     | 1159 W Taylor St      | 60607 | walk-in
Samuel Price      | sam.price@example.com              | +13125550113 | -                         | Marcus Hill    | repair                    | 2045 W Division St    | 60622 | walk-in
Ingrid Halvorsen  | ingrid.h@example.org               | +13125550114 | Halvorsen Architects      | Priya Nair     | commuter, vip             | 222 N LaSalle St      | 60601 | website form
Devon Banks       | devon.banks@example.net            | +17735550115 | -                         | Theo Brandt    | mountain                  | 3300 W Fullerton Ave  | 60647 | walk-in
Aaliyah Robinson  | aaliyah.r@example.com              | +17735550116 | Southside Youth Rides     | Dana Whitfield | nonprofit, kids           | 6100 S Blackstone Ave | 60637 | referral
Viktor Petrov     | v.petrov@example.org               | +17735550117 | Petrov Film Rentals       | -              | cargo, e-bike             | 4000 W Grand Ave      | 60651 | website form
Chloe Martin      | chloe.martin@example.com           | +13125550118 | -                         | Sofia Reyes    | bike fitting              | 55 E Monroe St        | 60603 | website form
Noah Fischer      | noah.fischer@example.net           | -            | Fischer Dental            | Sofia Reyes    | road, bike fitting        | 30 N Michigan Ave     | 60602 | website form
Amara Diallo      | amara.diallo@example.org           | +17085550120 | -                         | Priya Nair     | commuter                  | 840 Lake St           | 60301 | referral
Wei Zhang         | wei.zhang@example.com              | +13125550121 | Zhang Imports             | Marcus Hill    | cargo, fleet              | 2105 S Wentworth Ave  | 60616 | walk-in
Patrick O'Neill   | patrick.oneill@example.com         | +17735550122 | O'Neill Roofing           | Theo Brandt    | mountain, vip             | 10300 S Western Ave   | 60643 | walk-in
Elif Yilmaz       | elif.yilmaz@example.net            | +13125550123 | -                         | Sofia Reyes    | gravel                    | 1800 N Clybourn Ave   | 60614 | event
Jean-Luc Moreau   | jl.moreau@example.org              | +13125550124 | Bistro Moreau             | -              | cargo                     | 1530 N Wells St       | 60610 | website form
Rosa Delgado      | rosa.delgado@example.com           | +17735550125 | -                         | Marcus Hill    | repair, kids              | 2700 W Cermak Rd      | 60608 | walk-in
Tyler Brooks      | tyler.brooks@example.net           | +17085550126 | Brooks Landscaping        | Theo Brandt    | e-bike                    | 7200 W North Ave      | 60302 | website form
Fatima Noor       | fatima.noor@example.org            | +17735550127 | Noor Pharmacy             | Priya Nair     | commuter, e-bike          | 6400 N California Ave | 60645 | referral
Henry Whitlock    | -                                  | +13125550128 | -                         | Marcus Hill    | repair                    | -                     | -     | walk-in
Sunita Rao        | sunita.rao@example.com             | +16305550129 | Rao Analytics             | Priya Nair     | commuter                  | 1200 E Ogden Ave      | 60563 | website form
Caleb Jensen      | caleb.jensen@example.com           | +13125550130 | -                         | -              | mountain, race            | 1400 S Michigan Ave   | 60605 | event
Beatriz Souza     | beatriz.souza@example.net          | +17735550131 | Souza Events              | Dana Whitfield | vip, event                | 1901 W Madison St     | 60612 | event
Liam Gallagher    | liam.g@example.org                 | +17735550132 | -                         | Theo Brandt    | road                      | 3500 N Clark St       | 60657 | walk-in
Yuki Mori         | yuki.mori@example.com              | +13125550133 | Mori Design               | Sofia Reyes    | bike fitting, e-bike      | 400 N State St        | 60654 | website form
Esther Goldberg   | esther.goldberg@example.com        | +18475550134 | -                         | Priya Nair     | -                         | 9400 Skokie Blvd      | 60077 | referral
Andre Lewis       | andre.lewis@example.net            | +17735550135 | Lewis Courier Services    | Theo Brandt    | fleet                     | 7900 S Halsted St     | 60620 | referral
Nadia Karim       | nadia.karim@example.org            | -            | -                         | -              | gravel, event             | -                     | -     | event
Oliver Bennett    | oliver.bennett@example.com         | +442079460136 | Bennett Travel           | Dana Whitfield | rental                    | 12 Exmouth Market     | EC1R  | website form
Marcus Webb       | marcus.webb@example.com            | +13125550137 | Webb & Sons Plumbing      | Marcus Hill    | cargo, repair             | 2900 N Elston Ave     | 60618 | walk-in
Isabella Conti    | isabella.conti@example.net         | +13125550138 | -                         | Sofia Reyes    | road, vip                 | 680 N Lake Shore Dr   | 60611 | event
Kwame Mensah      | kwame.mensah@example.org           | +17085550139 | Mensah Coffee Roasters    | -              | cargo                     | 1100 Chicago Ave      | 60304 | website form
Freya Lindqvist   | freya.lindqvist@example.com        | +13125550140 | Halvorsen Architects      | Priya Nair     | commuter                  | 222 N LaSalle St      | 60601 | referral
Jorge Castillo    | jorge.castillo@example.com         | +17735550141 | -                         | -              | repair                    | 4700 S Kedzie Ave     | 60632 | walk-in
Abigail Turner    | abby.turner@example.net            | +16305550142 | Turner Real Estate        | Dana Whitfield | rental, event             | 300 E Liberty Dr      | 60187 | website form
Ravi Chandran     | ravi.chandran@example.org          | +13125550143 | -                         | -              | -                         | -                     | -     | public api
Simone Laurent    | -                                  | -            | Bistro Moreau             | -              | cargo                     | 1530 N Wells St       | 60610 | walk-in
Walk-in Tandem    | -                                  | -            | -                         | -              | repair                    | -                     | -     | walk-in
Greta Novak       | -                                  | -            | -                         | Marcus Hill    | -                         | -                     | -     | walk-in
Peter Sandoval    | peter.sandoval@example.com         | +17735550148 | -                         | -              | -                         | -                     | -     | public api
`;

export interface Customer {
  readonly name: string;
  readonly email?: string;
  readonly phone?: string;
  readonly company?: string;
  readonly owner?: string;
  readonly tags?: string;
  readonly street?: string;
  readonly postalCode?: string;
  readonly source?: string;
}

const COLUMNS = ['name', 'email', 'phone', 'company', 'owner', 'tags', 'street', 'postalCode', 'source'] as const;

export const readCustomers = (): Customer[] =>
  TABLE.trim()
    .split('\n')
    .map((line) => {
      const cells = line.split('|').map((cell) => cell.trim());
      const named = COLUMNS.map((column, index) => [column, cells[index] ?? '-'] as const);
      return { name: '', ...Object.fromEntries(named.filter(([, cell]) => cell !== '-')) };
    });
